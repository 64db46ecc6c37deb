/** @file PyTorch's CPU generator (mt19937), and the one that torch.manual_seed seeds. */

const size = 624;

/** Where a generator is: its 624 words, how many of them are used up, and the normal number that waits. */
export interface GeneratorState {
  readonly words: Uint32Array;
  readonly at: number;
  readonly seed: bigint;
  readonly spare: number | null;
}

/** at::CPUGeneratorImpl: Mersenne twister 19937, and the second normal number of the last pair. */
export class Generator {
  readonly #state = new Uint32Array(size);
  #at = size;
  #seed = 0n;
  #spare: number | null = null;

  /** PyTorch's default seed is 67280421310721. */
  constructor(seed: number | bigint = 67280421310721n) {
    this.manual_seed(seed);
  }

  /** Starts again from `seed`, of which mt19937 uses the low 32 bits. */
  manual_seed(seed: number | bigint): this {
    this.#seed = BigInt.asUintN(64, BigInt(seed));
    const s = this.#state;
    s[0] = Number(this.#seed & 0xffff_ffffn);
    for (let i = 1; i < size; i++) {
      const last = s[i - 1] as number;
      s[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
    this.#at = size;
    this.#spare = null;
    return this;
  }

  initial_seed(): bigint {
    return this.#seed;
  }

  /** All that decides the numbers to come. */
  state(): GeneratorState {
    return { words: this.#state.slice(), at: this.#at, seed: this.#seed, spare: this.#spare };
  }

  /** Goes on from `state`. */
  restore({ words, at, seed, spare }: GeneratorState): void {
    this.#state.set(words);
    [this.#at, this.#seed, this.#spare] = [at, seed, spare];
  }

  /** The next 32 bits, unsigned. */
  random(): number {
    if (this.#at === size) this.#twist();
    let y = this.#state[this.#at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** The next 64 bits: the first draw is the high half. */
  random64(): bigint {
    const high = BigInt(this.random());
    return (high << 32n) | BigInt(this.random());
  }

  /** Uniform in [0, 1) with 24 bits. */
  float(): number {
    return (this.random() & 0xffffff) / 16777216;
  }

  /** Uniform in [0, 1) with 53 bits. */
  double(): number {
    const high = this.random() & 0x1fffff;
    return (high * 4294967296 + this.random()) / 9007199254740992;
  }

  /** Standard normal in double (at::normal_distribution<double>): pairs, the second of which waits for the next call. */
  normal(): number {
    const spare = this.#spare;
    if (spare !== null) {
      this.#spare = null;
      return spare;
    }
    const u1 = this.double();
    const radius = Math.sqrt(-2 * Math.log1p(-this.double()));
    const theta = 2 * Math.PI * u1;
    this.#spare = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  #twist(): void {
    const s = this.#state;
    for (let i = 0; i < size; i++) {
      const y = ((s[i] as number) & 0x80000000) | ((s[(i + 1) % size] as number) & 0x7fffffff);
      s[i] = (s[(i + 397) % size] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}

/** What torch.manual_seed seeds. */
export const defaultGenerator = new Generator();

/**
 * Runs `body` with the default generator started from `seed`; afterwards it goes on where it was (PyTorch: `torch.random.fork_rng`).
 * The numbers of `body` depend on nothing that was drawn before.
 */
export function seeded<T>(seed: number | bigint, body: () => T): T {
  const before = defaultGenerator.state();
  defaultGenerator.manual_seed(seed);
  try {
    return body();
  } finally {
    defaultGenerator.restore(before);
  }
}
