// A reporter of Node's test runner: the tests that an engine cannot run and why, as a table in Markdown.
import { basename } from "node:path";

export default async function* skipped(events) {
  const rows = [];
  for await (const { type, data } of events) {
    if (type !== "test:pass" || data.skip === undefined) continue;
    const file = basename(data.file).replace(/\.test\.mjs$/, "");
    rows.push(`| ${file} | ${data.name.replaceAll("|", "\\|")} | ${data.skip} |\n`);
  }
  yield rows.length ? `| file | test | reason |\n| --- | --- | --- |\n${rows.sort().join("")}` : "Nothing is skipped.\n";
}
