/** @file Names that mean something to inference: the first strings of every scan are the vocabulary, so that a name's number tells what it is. */

/** Number of the empty string. */
export const EMPTY: i32 = 0;

let size: i32 = 0;
let attributes: usize = 0;
let domains: usize = 0;
let ops: usize = 0;

/**
 * The vocabulary has `n` strings. By string: `attributeNumbers` (0: none) and `domainNumbers` (0: none; "" is 1); `opNumbers`, a row of `n`
 * for each domain, has the number of an op.
 */
export function openVocabulary(n: i32, attributeNumbers: usize, domainNumbers: usize, opNumbers: usize): void {
  size = n;
  attributes = attributeNumbers;
  domains = domainNumbers;
  ops = opNumbers;
}
export function attributeNumber(name: i32): i32 { return name >= 0 && name < size ? load<i32>(attributes + (<usize>name << 2)) : 0; }
function domainNumber(domain: i32): i32 { return domain < 0 ? 1 : domain < size ? load<i32>(domains + (<usize>domain << 2)) : 0; }
/** Number of an op; 0 where inference has no rule. `domain` -1 is the default one. */
export function opNumber(domain: i32, op: i32): i32 {
  const d = domainNumber(domain);
  return d > 0 && op >= 0 && op < size ? load<i32>(ops + (<usize>((d - 1) * size + op) << 2)) : 0;
}
/** Whether two names of domains are one domain: the default one has two. */
export function sameDomain(a: i32, b: i32): bool {
  const d = domainNumber(a);
  return d > 0 ? d == domainNumber(b) : a == b;
}
