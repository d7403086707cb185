namespace TraceGap.Benchmarks.Areas;

/// <summary>What is measured within the browser, by its own clock.</summary>
internal static class BrowserScripts
{
    /// <summary>Notes long tasks from the first on, and how many questions were asked of the server.</summary>
    public const string Watch = """
        window.longTasks = [];
        window.asked = 0;
        const ask = window.fetch;
        window.fetch = (url, ...rest) => {
          if (!/^\/api\/v1\/(?!events)/.test(url)) {
            return ask(url, ...rest);
          }
          window.asked++;
          return ask(url, ...rest).catch((failure) => {
            window.asked--;
            throw failure;
          });
        };
        window.answered = () => performance.getEntriesByType('resource').filter((entry) => entry.responseEnd > 0 && /^\/api\/v1\/(?!events)/.test(new URL(entry.name).pathname)).length;
        new PerformanceObserver((list) => window.longTasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });
        window.answerTo = (path) => performance.getEntriesByType('resource').find((entry) => new URL(entry.name).pathname === path && entry.responseEnd > 0);
        window.frameWhen = (ready) => new Promise((resolve) => {
          const look = () => requestAnimationFrame(() => (ready() ? resolve(performance.now()) : look()));
          look();
        });
        window.quietAfter = (from) => new Promise((resolve) => {
          const look = () => {
            const busy = window.longTasks.map((task) => task.startTime + task.duration).filter((end) => end > from);
            const last = Math.max(from, ...busy);
            return performance.now() > last + 500 ? resolve(last) : setTimeout(look, 50);
          };
          look();
        });
        """;

    /// <summary>The overview: milliseconds of the answer, until its headline is drawn, until its charts are, until it is interactive, until every answer has come and is shown.</summary>
    public const string Overview = """
        async () => {
          const headline = await frameWhen(() => answerTo('/api/v1/report') && document.querySelector('[data-figure=observed]'));
          const drawn = await frameWhen(() => document.querySelectorAll('.chart canvas, .plot canvas').length >= 3);
          const answer = answerTo('/api/v1/report');
          const interactive = await quietAfter(drawn);
          await frameWhen(() => asked > 0 && answered() >= asked);
          const complete = await quietAfter(Math.max(drawn, ...performance.getEntriesByType('resource').filter((entry) => entry.startTime < interactive).map((entry) => entry.responseEnd)));
          return [answer.responseEnd - answer.startTime, headline - answer.responseEnd, drawn - answer.responseEnd, interactive - answer.responseEnd, complete - answer.responseEnd];
        }
        """;

    /// <summary>Any view: milliseconds from the start of navigation until every answer has come, is shown, and the view can be used.</summary>
    public const string View = """
        async () => {
          const shown = await frameWhen(() => asked > 0 && answered() >= asked && document.querySelector('main')?.textContent.length > 0);
          return [await quietAfter(shown)];
        }
        """;

    /// <summary>A trace: milliseconds of the answer, until it is drawn; frames while it is scrolled: median, p95; longest long task.</summary>
    public const string Trace = """
        async () => {
          const drawn = await frameWhen(() => answerTo(location.pathname.replace('/traces', '/api/v1/traces')) && document.querySelectorAll('[role=treegrid] [role=row]').length > 10);
          const answer = answerTo(location.pathname.replace('/traces', '/api/v1/traces'));
          const begun = await quietAfter(drawn);
          const tree = document.querySelector('[role=treegrid]');
          const most = tree.scrollHeight - tree.clientHeight;
          const frames = [];
          let before = await new Promise(requestAnimationFrame);
          for (let frame = 1; frame <= 120; frame++) {
            tree.scrollTop = (most * frame) / 120;
            const now = await new Promise(requestAnimationFrame);
            frames.push(now - before);
            before = now;
          }
          const sorted = frames.toSorted((a, b) => a - b);
          const tasks = longTasks.filter((task) => task.startTime > begun).map((task) => task.duration);
          return [answer.responseEnd - answer.startTime, drawn - answer.responseEnd, sorted[60], sorted[113], Math.max(0, ...tasks)];
        }
        """;
}
