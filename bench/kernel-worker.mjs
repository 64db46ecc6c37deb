// One of two threads, each with a core of its own and half of a row's work: makes as many calls as it is told, then says so.
import { parentPort, workerData } from "node:worker_threads";
import { scoped } from "../dist/core/strided.js";
import { rows } from "./kernel-rows.mjs";

const call = rows.find((row) => row.name === workerData).make(0.5);
parentPort.on("message", (calls) => {
  for (let i = 0; i < calls; i++) scoped(call, () => []);
  parentPort.postMessage(calls);
});
