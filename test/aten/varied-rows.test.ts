//! The rows that vary what the others ask: other dtypes, no elements, no dims, broadcasting, symbolic sizes (tools/record_variations.py).
import { testRows } from "./row-suite.ts";

testRows((family) => family.startsWith("varied-"));
