// The banner's tree as elements: src/banner/tree.txt, filled. No HTML is parsed, so no text can become markup.
import parts from "banner/tree";
import { create } from "./dom.ts";

/** What the holes of the tree are filled with: texts, lists for what comes more than once; `undefined` leaves one empty. */
export interface Values {
  [hole: string]: string | readonly Values[] | undefined;
}

/** A line and what is indented under it; a line alone where nothing is. */
export type Node = string | readonly Node[];

/** Writes a part of the tree into an element. */
export function grow(parent: Element, part: string, values: Values): void {
  write(parent, parts[part]!, values);
}

export function write(parent: Element, nodes: readonly Node[], values: Values): void {
  for (const node of nodes) {
    const [line, ...inside] = [node].flat() as [string, ...Node[]];
    const hole = line.slice(1);
    const value = values[hole];
    if (line[0] === "?" || line[0] === "!") {
      if ((value !== undefined) === (line[0] === "?")) write(parent, inside, values);
    } else if (line[0] === "*") {
      for (const item of (value as readonly Values[] | undefined) ?? []) write(parent, inside, { ...values, ...item });
    } else if (line[0] === "+") {
      grow(parent, hole, values);
    } else if (line[0] === "{") {
      parent.append(values[hole.slice(0, -1)] as string);
    } else {
      const [head = "", ...attributes] = line.split(" ");
      const [tag, name] = head.split(".");
      const element = create(tag as "p");
      if (name) element.className = name;
      for (const attribute of attributes) {
        const [key = "", given = ""] = attribute.split("=");
        const text = given[0] === "{" ? values[given.slice(1, -1)] : given;
        if (text !== undefined) element.setAttribute(key, text as string);
      }
      parent.append(element);
      write(element, inside, values);
    }
  }
}
