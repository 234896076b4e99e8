/**
 * The history's tables, the same in every database.
 *
 * Columns are what lists are filtered and sorted by; the rest is the JSON of the record. It is text
 * and not PostgreSQL's jsonb, which takes no U+0000 and answers other numbers than it was given.
 */

export interface HistoryTables {
  readonly tavola_task_history: TaskRow;
  readonly tavola_request_history: RequestRow;
  readonly tavola_deploy_history: DeployRow;
  readonly tavola_request_ids: { readonly request_id: string };
  readonly tavola_history_format: { readonly version: number };
}

export interface TaskRow {
  readonly task_id: string;
  readonly request_id: string;
  readonly deploy_id: string;
  readonly run_id: string | null;
  readonly host: string;
  readonly rack_id: string;
  readonly instance_no: number;
  readonly last_state: string | null;
  readonly started_at: number;
  readonly updated_at: number;
  /** JSON of what it was started with, where there was any. */
  readonly arguments: string | null;
  /** Null once it was purged. */
  readonly json: string | null;
}

export interface RequestRow {
  readonly request_id: string;
  readonly created_at: number;
  readonly event_type: string;
  readonly json: string;
}

export interface DeployRow {
  readonly request_id: string;
  readonly deploy_id: string;
  readonly created_at: number;
  /** JSON of its marker and its result. */
  readonly summary: string;
  /** Null once it was purged. */
  readonly json: string | null;
}
