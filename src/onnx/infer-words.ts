/** @file 32-bit words that grow: what the host writes of a table of inference. */

export class Words {
  #words = new Int32Array(4096);
  #length = 0;
  readonly #float = new Float64Array(1);
  readonly #halves = new Int32Array(this.#float.buffer);

  get length(): number {
    return this.#length;
  }
  /** The words so far, until more are pushed. */
  get view(): Int32Array {
    return this.#words.subarray(0, this.#length);
  }
  clear(): void {
    this.#length = 0;
  }
  push(word: number): void {
    if (this.#length === this.#words.length) {
      const grown = new Int32Array(this.#words.length * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.#length++] = word;
  }
  /** Sets a word that was pushed before. */
  set(at: number, word: number): void {
    this.#words[at] = word;
  }
  /** A 64-bit integer, the low word first. */
  pushInteger(x: number | bigint): void {
    if (typeof x === "bigint") {
      this.push(Number(BigInt.asIntN(32, x)));
      this.push(Number(BigInt.asIntN(32, x >> 32n)));
    } else {
      this.push(x | 0);
      this.push(Math.floor(x / 4294967296) | 0);
    }
  }
  /** A float64. */
  pushFloat(x: number): void {
    this.#float[0] = x;
    this.push(this.#halves[0] as number);
    this.push(this.#halves[1] as number);
  }
}
