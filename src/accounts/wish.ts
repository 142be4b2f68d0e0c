/** What somebody who signs up would like to be called; nothing is kept for them until their mailbox is proved. */
export interface Wish {
  readonly username?: string | undefined;
  readonly fullName?: string | undefined;
}
