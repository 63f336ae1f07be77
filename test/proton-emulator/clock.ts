/** The emulator's own time: real time plus what was advanced over the control API. */
export class EmulatorClock {
  constructor(
    private offsetMs = 0,
    private readonly advanced: () => void = () => undefined,
  ) {}

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** As the API writes times. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  get advancedMs(): number {
    return this.offsetMs;
  }

  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
    this.advanced();
  }
}
