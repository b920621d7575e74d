// What another page of the site stores, and what was missed while this one was not looking.

/**
 * Calls `hear` with what another page told, and `look` at the events at which it is time to look again. Returns what tells
 * the others.
 */
export function join<T extends unknown[]>(
  hear: (...told: T | []) => void,
  look?: () => void,
  ...events: string[]
): (...told: T | []) => void {
  let channel: BroadcastChannel | undefined;
  const enter = () => {
    try {
      channel ??= new BroadcastChannel("consentry");
      channel.onmessage = ({ data }) => hear(...data);
    } catch {
      // Without a channel it is heard of when somebody looks at the page.
    }
  };
  enter();
  addEventListener("pageshow", enter);
  // An open channel may keep a page out of the back/forward cache.
  addEventListener("pagehide", () => {
    channel?.close();
    channel = undefined;
  });
  for (const event of events) addEventListener(event, look!);
  return (...told) => channel?.postMessage(told);
}
