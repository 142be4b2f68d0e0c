/** The time, as a port: tests move it to see trials end and keys expire. */
export class Clock {
  now(): Date {
    return new Date();
  }
}
