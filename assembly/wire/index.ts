/** @file What the host sees of the protobuf codec. */

export { wire_write } from "./write";
export { wire_rehash, wire_scan, wire_varints } from "./read";
