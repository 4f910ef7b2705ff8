import { constants, monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";
import type { ExposedMetrics } from "./metrics.ts";

const gcKinds: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, "weak-callbacks"],
]);

/** What the process itself uses, under the names that the usual dashboards know. `close` ends the measuring. */
export function exposeProcessMetrics(metrics: ExposedMetrics): { close(): void } {
  const loopDelay = monitorEventLoopDelay({ resolution: 20 });
  loopDelay.enable();
  const gc = metrics.histogram("nodejs_gc_duration_seconds", "Pauses for garbage collection.", ["kind"], [0.001, 0.01, 0.1, 1, 2, 5]);
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { readonly detail: { readonly kind: number } }).detail; // the shape of `gc` entries
      gc.series(gcKinds.get(kind) ?? "other").record(entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ["gc"] });

  const startedSeconds = Date.now() / 1000 - process.uptime();
  metrics.observedCounter("process_cpu_user_seconds_total", "CPU time spent in user mode.", () => process.cpuUsage().user / 1e6);
  metrics.observedCounter("process_cpu_system_seconds_total", "CPU time spent in system mode.", () => process.cpuUsage().system / 1e6);
  metrics.observedCounter("process_cpu_seconds_total", "CPU time spent.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  single("process_start_time_seconds", "Start of the process, in seconds since 1970.", () => startedSeconds);
  single("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  single("nodejs_heap_size_used_bytes", "Used part of the heap.", () => process.memoryUsage().heapUsed);
  single("nodejs_external_memory_bytes", "Memory outside of the heap that the heap holds.", () => process.memoryUsage().external);
  metrics.gauge("nodejs_eventloop_lag_seconds", "Delay of the event loop since the last scrape.", ["quantile"], () => {
    const read = [50, 90, 99, 100].map((percent) => ({ labels: [String(percent / 100)], value: loopDelay.percentile(percent) / 1e9 }));
    loopDelay.reset();
    return read;
  });

  function single(name: string, about: string, value: () => number): void {
    metrics.gauge(name, about, [], () => [{ labels: [], value: value() }]);
  }
  return {
    close() {
      observer.disconnect();
      loopDelay.disable();
    },
  };
}
