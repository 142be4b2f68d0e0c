import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A long address under a short code. */
@Entity('short_urls')
export class ShortUrl {
  @PrimaryColumn({ type: 'text' }) code: string;
  @Column({ type: 'text' }) url: string;
  @Column({ type: 'timestamptz' }) createdAt: Date;
}
