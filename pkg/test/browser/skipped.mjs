// A reporter of Node's test runner: the tests that an engine cannot run and why, as a table in Markdown. A file of which nothing
// runs has one row.
import { basename } from "node:path";

export default async function* skipped(events) {
  const files = new Map();
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const file = basename(data.file ?? "").replace(/\.test\.mjs$/, "");
    files.set(file, [...(files.get(file) ?? []), data]);
  }
  const rows = [...files].flatMap(([file, tests]) => {
    const reasons = new Set(tests.map(({ skip }) => skip));
    if (reasons.size === 1 && !reasons.has(undefined)) return [`| ${file} | all ${tests.length} | ${tests[0].skip} |\n`];
    const rest = tests.filter(({ skip }) => skip !== undefined);
    return rest.map(({ name, skip }) => `| ${file} | ${name.replaceAll("|", "\\|")} | ${skip} |\n`);
  });
  yield rows.length ? `| file | test | reason |\n| --- | --- | --- |\n${rows.sort().join("")}` : "Nothing is skipped.\n";
}
