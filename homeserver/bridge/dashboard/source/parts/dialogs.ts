// Opens the dialogs, whose code comes only when one is first needed.

import { capital } from "../words/text.js";

export interface Shown {
  id?: string;
  list?: string[];
  title?: string;
}

async function open(shown: Shown): Promise<void> {
  const { Detail } = await import("./detail.js");
  Detail.show(shown);
}

export const openDetail = (id: string): void => void open({ id });

/** List several entities by name; of one alone the details are shown. */
export function openList(ids: string[], title: string): void {
  if (ids.length === 1) openDetail(ids[0]!);
  else void open({ list: ids, title: capital(title) });
}
