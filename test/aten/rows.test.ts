//! The rows that were written for what each op does (tools/golden).
import { testRows } from "./row-suite.ts";

testRows((family) => !family.startsWith("varied-"));
