// Which service a host belongs to, as src/server/hosts.rs has it; tests/vectors/hosts.json holds the two together.
import type { Policy, Service } from "../types/index.d.ts";

/** The host of a URL; `undefined` where it cannot be read. The one that it is relative to need not have one. */
export function hostOf(url: string, base: string): string | undefined {
  try {
    return new URL(url, base).hostname.replace(/\.$/, "");
  } catch {
    return;
  }
}

/** The service that declares a host: by its name before one by a domain's, by a longer domain before a shorter one. */
export function serviceOf({ services = [] }: Pick<Policy, "services">, host: string): Service | undefined {
  let found: Service | undefined;
  let best = 0;
  for (const service of services)
    for (const pattern of service.hosts ?? []) {
      const end = pattern.replace(/^\*/, "");
      const isName = end === pattern;
      const rank = pattern.length + (isName ? 1000 : 0);
      if (rank >= best && (isName ? host === end : host.length > end.length && host.endsWith(end)))
        [found, best] = [service, rank];
    }
  return found;
}
