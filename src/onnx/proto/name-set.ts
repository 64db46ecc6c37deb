/** @file A set of names: two numbers each beside the list of them, where a Set of a million strings costs V8 more than writing the model. */

const first = 1 << 8;

function hashOf(name: string): number {
  let hash = name.length;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

export class NameSet {
  readonly #names: string[] = [];
  /** Open addressing: index of a name and 1, 0 where a slot is free; and the name's hash. */
  #slots = new Int32Array(2 * first);

  has(name: string): boolean {
    return this.#slots[this.#slotOf(name, hashOf(name))] !== 0;
  }

  /** Whether `name` was not in the set, which it now is. */
  add(name: string): boolean {
    const hash = hashOf(name);
    const slot = this.#slotOf(name, hash);
    if (this.#slots[slot] !== 0) return false;
    this.#slots[slot] = this.#names.push(name);
    this.#slots[slot + 1] = hash;
    if (this.#names.length * 4 > this.#slots.length) this.#grow();
    return true;
  }

  /** The slot that has `name`, or the free one where it belongs. */
  #slotOf(name: string, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash << 1) & mask;
    for (let at = slots[slot] as number; at !== 0; at = slots[slot] as number) {
      if (slots[slot + 1] === hash && this.#names[at - 1] === name) return slot;
      slot = (slot + 2) & mask;
    }
    return slot;
  }

  #grow(): void {
    const old = this.#slots;
    const mask = 2 * old.length - 1;
    const slots = new Int32Array(2 * old.length);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      let slot = ((old[i + 1] as number) << 1) & mask;
      while (slots[slot] !== 0) slot = (slot + 2) & mask;
      slots[slot] = old[i] as number;
      slots[slot + 1] = old[i + 1] as number;
    }
    this.#slots = slots;
  }
}
