import { untrack } from 'svelte';
import { session } from '../api/session.svelte';
import { live } from './live.svelte';

export interface Question<T> {
  /** Tells one question from another. */
  readonly key: string;
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** Milliseconds between two answers to the same question, at least; absent: it is asked once. */
  readonly pace?: number;
}

/** A server is given ten times as long to rest as it took to answer. */
const rest = 10;

/**
 * What a question is answered with. It is asked again when it changes, and at its pace while the server has new data. While an answer is on its way the old one stays; answers to a question
 * that is no longer asked are dropped.
 */
export class Resource<T> {
  value = $state.raw<T | null>(null);
  error = $state<string | null>(null);
  loading = $state(true);
  #asked: string | null = null;
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBefore = 0;

  constructor(question: () => Question<T>) {
    $effect(() => {
      const current = question();
      const key = `${session.token}\n${current.key}`;
      if (current.pace !== undefined) {
        void live.revision;
      }
      untrack(() => (key === this.#asked ? this.#again(current) : this.#change(key, current)));
    });
    $effect(() => () => {
      clearTimeout(this.#timer);
      this.#running?.abort();
    });
  }

  #change(key: string, question: Question<T>): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running?.abort();
    this.#asked = key;
    this.loading = true;
    void this.#run(question);
  }

  #again(question: Question<T>): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#running) {
        this.#again(question);
      } else {
        void this.#run(question);
      }
    }, Math.max(0, this.#notBefore - performance.now()));
  }

  async #run(question: Question<T>): Promise<void> {
    const controller = new AbortController();
    const begun = performance.now();
    this.#running = controller;
    this.#notBefore = begun + (question.pace ?? 0);
    try {
      const value = await question.ask(controller.signal);
      if (!controller.signal.aborted) {
        this.value = value;
        this.error = null;
      }
    } catch (failure) {
      if (!controller.signal.aborted) {
        this.error = failure instanceof Error ? failure.message : String(failure);
      }
    }
    if (this.#running === controller) {
      this.#running = null;
      this.loading = false;
      const took = performance.now() - begun;
      this.#notBefore = begun + Math.max(question.pace ?? 0, took * rest);
    }
  }
}
