// Reads [[owner, Power Query M], ...] from standard input and prints the sentence of each that does not parse, as JSON.
import { readFileSync } from "node:fs";
import powerquery from "@microsoft/powerquery-parser";

const { DefaultSettings, TaskUtils } = powerquery;
const sentences = [];
for (const [owner, text] of JSON.parse(readFileSync(0, "utf8"))) {
  const task = await TaskUtils.tryLexParse(DefaultSettings, text);
  if (!TaskUtils.isParseStageOk(task)) sentences.push(`${owner} does not parse: ${task.error.message}`);
}
console.log(JSON.stringify(sentences));
