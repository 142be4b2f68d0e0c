import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * `admin` includes `write`, which includes `read`. `billing` stands beside them: it sees the organization and its members,
 * pays, and reads no package. What each may do is in `access/table.ts` alone.
 */
export const roles = ['read', 'write', 'admin', 'billing'] as const;
export type Role = (typeof roles)[number];

@Entity('members')
export class Member {
  @PrimaryColumn({ type: 'bigint' }) organizationId: string;
  @PrimaryColumn({ type: 'bigint' }) userId: string;
  @Column({ type: 'text' }) role: Role;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}
