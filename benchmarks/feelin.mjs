// Evaluates one expression many times with feelin, and prints its value and the median time in microseconds.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, text, context, repetitions] = process.argv.slice(2);
const { evaluate } = await import(pathToFileURL(createRequire(`${folder}/`).resolve("feelin")));
const variables = JSON.parse(context);
const times = [];
let value;
for (let n = 0; n < Number(repetitions); n++) {
  const start = process.hrtime.bigint();
  ({ value } = evaluate(text, variables));
  times.push(Number(process.hrtime.bigint() - start) / 1000);
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({ value, microseconds: times[times.length >> 1] }));
