import { writeFile } from "node:fs/promises";
import { withFirstVisit } from "consentry/server";
import { policy } from "./policy.js";

await writeFile("public/policy.json", JSON.stringify(withFirstVisit(policy)));
