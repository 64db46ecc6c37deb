/**
 * @file Finds out which storages are dead while a synchronous loop runs. Bytes of the core are invisible to the garbage collector, so it has no
 * reason to run; and finalizers wait for the event loop, which such a loop never reaches.
 */

import { setFlagsFromString } from "node:v8";
import { createContext, runInNewContext, Script } from "node:vm";

/** Collects garbage such that weak references made earlier in this turn of the event loop tell the truth. */
export type Collect = () => void;

let found: Collect | null | undefined;

/** The collector of this engine; null where the engine does not let it be called. */
export function collector(): Collect | null {
  if (found === undefined) found = find();
  return found;
}

function find(): Collect | null {
  let gc: unknown;
  try {
    setFlagsFromString("--expose-gc");
    gc = runInNewContext("typeof gc === 'function' ? gc : null");
    setFlagsFromString("--no-expose-gc");
  } catch {
    return null; // an engine without V8's flags: finalizers alone give memory back
  }
  if (typeof gc !== "function") return null;
  // A weak reference keeps its target until the microtasks of a turn have run; a context with a queue of its own runs them at once.
  const turn = new Script("0");
  const context = createContext({}, { microtaskMode: "afterEvaluate" });
  return () => {
    turn.runInContext(context);
    (gc as () => void)();
  };
}
