// What somebody typed and has not saved: kept in this browser for him until it is saved, given up, or he signs out.

const HEAD = "homeserver.draft.";
const MOST = 400_000; // characters; a browser keeps some millions

export interface Draft {
  text: string;
  /** The hash of the file that it was made of, "" for a new one. */
  base: string;
  at: number;
}

const key = (login: string, path: string): string => `${HEAD}${login}.${path}`;

export function keepDraft(login: string, path: string, draft: Draft): boolean {
  try {
    if (draft.text.length > MOST) return false;
    localStorage.setItem(key(login, path), JSON.stringify(draft));
    return true;
  } catch {
    return false; // the browser keeps nothing more
  }
}

export function draftOf(login: string, path: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(key(login, path)) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

export const dropDraft = (login: string, path: string): void => localStorage.removeItem(key(login, path));

/** Whoever signs out leaves nothing of the home behind. */
export function forgetDrafts(): void {
  for (const one of Object.keys(localStorage)) if (one.startsWith(HEAD)) localStorage.removeItem(one);
}
