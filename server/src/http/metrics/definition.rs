//! The metrics of the faces and of the process.

domain::metrics_table! {
    "Traffic" {
        /// Requests, by method, route and status. Those that verify keys are counted as verifications and not here.
        HTTP_REQUESTS: Counter = "latchkey_http_requests_total" ["method", "route", "status"];
        /// Time to the head of an answer, by route: the template of an address, never the address.
        HTTP_SECONDS: Histogram = "latchkey_http_request_seconds" ["route"];
        /// Open connections of the HTTP server.
        HTTP_CONNECTIONS: Gauge = "latchkey_http_connections" [];
        /// GraphQL operations, by kind (`query` or `mutation`) and result: `ok`, `refused` (at least one field) or `failed` (at least one
        /// field, by a fault of ours). The status of most is 200, whatever the result.
        GRAPHQL_OPERATIONS: Counter = "latchkey_graphql_operations_total" ["kind", "result"];
    }
    "Process" {
        /// Always 1; the label tells the version.
        BUILD_INFO: Gauge = "latchkey_build_info" ["version"];
        /// Tasks that are alive: connections, requests and jobs.
        RUNTIME_TASKS: Gauge = "latchkey_runtime_tasks" [];
        /// Batches of spans for the collector of traces, by result: `ok` or `failed`.
        TRACE_EXPORTS: Counter = "latchkey_trace_exports_total" ["result"];
        /// Memory of the process that is in RAM. This and the following: on Linux.
        RESIDENT_MEMORY: Gauge = "process_resident_memory_bytes" [];
        /// Time on a core, of all threads.
        CPU_SECONDS: Counter = "process_cpu_seconds_total" [];
        /// Open files and sockets.
        OPEN_FDS: Gauge = "process_open_fds" [];
        /// How many files and sockets it may open.
        MAX_FDS: Gauge = "process_max_fds" [];
        /// Threads.
        THREADS: Gauge = "process_threads" [];
        /// When the process started, in seconds since 1970.
        START_TIME: Gauge = "process_start_time_seconds" [];
    }
}
