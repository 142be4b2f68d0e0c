import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How it went to take in the feed of a repository's advisories. */
@Entity('feed_refreshes')
export class FeedRefresh {
  @PrimaryColumn({ type: 'bigint' }) repositoryId: string;
  /** Null: never yet. */
  @Column({ type: 'timestamptz', nullable: true }) succeededAt: Date | null;
  /** Tries since then, all of which failed. */
  @Column({ type: 'integer' }) failures: number;
  /** Files of the newest feed that meant nothing and were passed over. */
  @Column({ type: 'integer' }) problems: number;
}
