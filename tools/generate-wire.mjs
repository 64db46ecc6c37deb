// Writes assembly/wire/keys.gen.ts from the rows of ONNX's messages (src/onnx/proto/schema.ts): node tools/generate-wire.mjs, after a build
import { writeFileSync } from "node:fs";
import { messageNames, messages } from "../dist/onnx/proto/schema.js";

const lines = messageNames.flatMap((name, message) => [
  `  ${name} = ${message},`,
  ...Object.entries(messages[name]).map(([field, [number]]) => `  ${name}_${field} = ${(message << 5) | number},`),
]);
writeFileSync(
  new URL("../assembly/wire/keys.gen.ts", import.meta.url),
  `// Written by tools/generate-wire.mjs from src/onnx/proto/schema.ts; do not edit.

/** Numbers of messages, and keys of their fields in the scanner's events: \`message << 5 | field\`. */
export const enum Key {
${lines.join("\n")}
}
`,
);
