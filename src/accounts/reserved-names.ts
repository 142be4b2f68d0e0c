import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { type Tx } from '../platform/database.js';
import { invalidFields } from '../platform/errors.js';
import { ReservedName } from './reserved-name.entity.js';

/**
 * Names that somebody had: of deleted accounts, of renamed and deleted organizations. Whoever got one of them next would be
 * taken for the one before, by people and by configurations that still name it.
 */
@Injectable()
export class ReservedNames {
  constructor(private readonly clock: Clock) {}

  async reserve(tx: Tx, name: string): Promise<void> {
    const since = this.clock.now();
    await tx.createQueryBuilder().insert().into(ReservedName).values({ name, since }).orIgnore().execute();
  }

  /**
   * Throws `invalid` with the field given. To be asked after the name was written: a reservation and a new holder at the same
   * moment meet at the unique index, and who comes second then sees the reservation.
   */
  async mustBeFree(tx: Tx, name: string, field: 'name' | 'username'): Promise<void> {
    if (await tx.existsBy(ReservedName, { name })) throw invalidFields({ [field]: 'has already been taken' });
  }
}
