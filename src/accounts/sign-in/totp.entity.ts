import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The authenticator app of a user. */
@Entity('totps')
export class Totp {
  @PrimaryColumn({ type: 'bigint' }) userId: string;
  /** 160 bits, sealed for this user. */
  @Column({ type: 'bytea' }) secret: Buffer;
  /** The newest step (half minutes since 1970) whose code was used; only later ones are taken. */
  @Column({ type: 'integer' }) lastStep: number;
  /** Null while it is being set up: it protects nothing yet. */
  @Column({ type: 'timestamptz', nullable: true }) confirmedAt: Date | null;
  @Column({ type: 'timestamptz' }) createdAt: Date;
}
