// Subscriptions to the states of what is in sight. A tile that comes into sight costs a message about itself alone, not
// one about all that is there; from time to time what has piled up is put together.

type End = () => Promise<void>;

interface Batch {
  ids: ReadonlySet<string>;
  end: Promise<End | null>;
}

const MOST = 12; // batches
const SPARE = 120; // entities that may be told of though nobody sees them any more

export class Views {
  private batches = new Set<Batch>();

  /** `subscribe` begins to tell the states of some entities, and gives how to end that. */
  constructor(private readonly subscribe: (ids: string[]) => Promise<End>) {}

  /** How many entities are told of now. */
  get size(): number {
    return [...this.batches].reduce((sum, batch) => sum + batch.ids.size, 0);
  }

  want(ids: ReadonlySet<string>): void {
    const missing = [...ids].filter((id) => ![...this.batches].some((batch) => batch.ids.has(id)));
    if (missing.length) this.begin(missing);
    for (const batch of this.batches) if (![...batch.ids].some((id) => ids.has(id))) this.drop(batch);
    if (this.batches.size > MOST || this.size > 2 * ids.size + SPARE) this.gather(ids);
  }

  private begin(ids: string[]): Batch {
    const batch: Batch = { ids: new Set(ids), end: this.subscribe(ids).catch(() => null) };
    this.batches.add(batch);
    return batch;
  }

  /** One for all; the others end once it has begun, so that nothing is missed between. */
  private gather(ids: ReadonlySet<string>): void {
    const old = [...this.batches];
    this.batches.clear();
    const begun = ids.size ? this.begin([...ids]).end : Promise.resolve(null);
    void begun.then(() => old.forEach((batch) => this.drop(batch)));
  }

  private drop(batch: Batch): void {
    this.batches.delete(batch);
    void batch.end.then((end) => end?.()).catch(() => undefined); // the line may have gone meanwhile
  }
}
