/**
 * Whoever asks a service all the time: it must never be silent.
 */

import { eventually } from "@tavola/harness";
import { type Book, isRunning, type Started } from "./book.ts";

const patience = { boundMs: 60_000 };

/** Asks every instance again and again, and notes when none has answered. */
export class Asker {
  readonly silences: string[] = [];
  readonly #book: Book;
  readonly #answers = new Map<string, number>();
  readonly #over = new AbortController();
  #going: Promise<void> | undefined;

  constructor(book: Book) {
    this.#book = book;
  }

  begin(): void {
    this.#going = this.#go();
  }

  async end(): Promise<void> {
    this.#over.abort();
    await this.#going;
  }

  /** Each instance of the deploy answers, from now on. */
  async untilAllAnswer(deployId: string): Promise<void> {
    const tasks = this.#book.of("web", deployId).map(({ taskId }) => taskId);
    const counts = () => tasks.map((taskId) => this.#answers.get(taskId) ?? 0);
    const before = counts();
    await eventually(
      `answers of ${tasks.join(" ")}`,
      () => counts().every((count, index) => count > (before[index] ?? 0)) || undefined,
      patience,
    );
  }

  async #go(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const tasks = this.#book.of("web").filter(({ pid }) => isRunning(pid));
      const answers = await Promise.all(tasks.map((task) => this.#ask(task)));
      if (!answers.includes(true)) this.silences.push(new Date().toISOString());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #ask({ taskId, port }: Started): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(5000);
      const answer = await fetch(`http://127.0.0.1:${port}/`, { signal });
      if ((await answer.text()) !== taskId) return false;
      this.#answers.set(taskId, (this.#answers.get(taskId) ?? 0) + 1);
      return true;
    } catch {
      return false;
    }
  }
}
