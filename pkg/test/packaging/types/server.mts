// For a server or the edge, whose compiler knows no page.
import { createDecider, isAllowed } from "consentry/server";

const decide = createDecider({ id: "corner-shop", categories: [{ id: "statistics" }] });
export const counted: boolean = isAllowed(decide({ cookies: "other=1", gpc: false }), "statistics");
