/** @file What the host sees of the protobuf codec. */

export { wire_write } from "./write";
export { wire_rehash, wire_scan, wire_varints, wire_intern } from "./read";
export {
  wire_close, wire_describe, wire_expressions, wire_failed_input, wire_flatten, wire_needed, wire_open, wire_payload_bytes, wire_problem_event, wire_problem_name, wire_value_count,
  wire_wanted, wire_wanted_count,
} from "./table";
export {
  bytesAddress as wire_bytes, editCount as wire_edit_count, editsAddress as wire_edits, neededAddress as wire_needed_dims,
  neededCount as wire_needed_count,
} from "./describe";
