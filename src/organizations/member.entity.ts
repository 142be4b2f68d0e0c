import { Column, Entity, PrimaryColumn } from 'typeorm';

export const roles = ['read', 'write', 'admin'] as const;
/** Each includes what the ones before it may. */
export type Role = (typeof roles)[number];

@Entity('members')
export class Member {
  @PrimaryColumn({ type: 'bigint' }) organizationId: string;
  @PrimaryColumn({ type: 'bigint' }) userId: string;
  @Column({ type: 'text' }) role: Role;
  @Column({ type: 'timestamptz' }) createdAt: Date;
  @Column({ type: 'timestamptz' }) updatedAt: Date;
}
