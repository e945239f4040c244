// meter.mjs - what a benchmark client measures: from its first event to the
// marker. Prints one line of JSON and ends the process.
import { readFileSync } from 'node:fs'

export class Meter {
  constructor(name) {
    Object.assign(this, { name, events: 0 })
  }

  take(t) {
    if (this.events++ === 0) {
      this.cpu = process.cpuUsage()
      this.started = performance.now()
    }
    if (t === 'STOA_MARKER') this.end()
  }

  end() {
    const cpu = process.cpuUsage(this.cpu)
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
    console.log(
      JSON.stringify({
        client: this.name,
        events: this.events,
        cpu_us: cpu.user + cpu.system,
        wall_ms: Math.round(performance.now() - this.started),
        rss_kb: Math.round(process.memoryUsage.rss() / 1024),
        rss_peak_kb: Number(peak)
      })
    )
    process.exit(0)
  }
}
