// Charts, drawn from the HTML table beside each; without JavaScript the table stands alone.
//
//   <div class="chart" data-chart="line" data-table="calls" data-label="Calls a day"></div>
//   <table id="calls"> ... </table>
//
// data-chart: line, area, bar, stack (bars upon each other), across (bars from left to right),
// pie, spark (a bare line). The first column names the points, every other one is a series named
// by its head; a head with data-skip is left out, a cell may say its number as data-value.
"use strict";

(() => {
  const drawn = new Map();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();

  const numberOf = (cell) => {
    const said = (cell.dataset.value ?? cell.textContent).replace(/[\s,%]/g, "");
    return said === "" || Number.isNaN(Number(said)) ? null : Number(said);
  };

  function read(table) {
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows].filter((row) => row.cells.length === heads.length);
    const names = rows.map((row) => row.cells[0].textContent.trim());
    const series = heads.slice(1).flatMap((head, at) => ("skip" in head.dataset ? [] : [{
      name: head.textContent.trim(),
      data: rows.map((row) => numberOf(row.cells[at + 1])),
    }]));
    return { names, series };
  }

  const palette = (dark) => [1, 2, 3, 4, 5, 6].map((n) => token(`--chart-${n}${dark ? "-dark" : ""}`));

  const inPie = (name, data, ink) => ({
    series: data.series.slice(0, 1).map((one) => ({
      name: one.name, type: "pie", radius: ["45%", "75%"], label: { color: ink },
      data: data.names.map((point, at) => ({ name: point, value: one.data[at] })),
    })),
  });

  const linear = (kind, one) => ({
    name: one.name, data: one.data, type: "line", symbolSize: 6, connectNulls: true,
    showSymbol: kind !== "spark" && one.data.length < 40,
    areaStyle: kind === "line" ? undefined : { opacity: 0.15 },
  });

  const barred = (kind, one) => ({
    name: one.name, data: one.data, type: "bar", barMaxWidth: 28,
    stack: kind === "stack" ? "all" : undefined,
  });

  function inGrid(kind, data, ink, line) {
    const hidden = kind === "spark";
    const names = {
      type: "category", data: data.names, show: !hidden, inverse: kind === "across",
      axisLabel: { color: ink, hideOverlap: true }, axisLine: { lineStyle: { color: line } },
      boundaryGap: !["line", "area", "spark"].includes(kind),
    };
    const values = {
      type: "value", show: !hidden, minInterval: 1,
      axisLabel: { color: ink, hideOverlap: true }, splitLine: { lineStyle: { color: line } },
    };
    if (kind === "across") {
      names.axisLabel = { color: ink, width: 130, overflow: "truncate" };
    }
    const edge = hidden ? 2 : 8;
    return {
      grid: { left: edge, right: hidden ? 2 : 20, top: edge + 6, bottom: edge, containLabel: !hidden },
      xAxis: kind === "across" ? values : names,
      yAxis: kind === "across" ? names : values,
      series: data.series.map((one) => (
        ["line", "area", "spark"].includes(kind) ? linear(kind, one) : barred(kind, one))),
    };
  }

  function legend(box, data, colours, isPie) {
    const names = isPie ? data.names : data.series.map((one) => one.name);
    if (names.length < 2 || box.dataset.chart === "spark") return null;
    const list = document.createElement("ul");
    list.className = "chart-legend";
    list.setAttribute("aria-hidden", "true");
    names.forEach((name, at) => {
      const item = document.createElement("li");
      const mark = document.createElement("i");
      mark.style.background = colours[at % colours.length];
      item.append(mark, name);
      list.append(item);
    });
    return list;
  }

  // The point under the pointer in words, below the chart.
  function readout(box, chart, data) {
    const said = document.createElement("p");
    said.className = "chart-said";
    said.setAttribute("aria-hidden", "true");
    box.after(said);
    const across = box.dataset.chart === "across";
    chart.getZr().on("mousemove", (event) => {
      const at = [event.offsetX, event.offsetY];
      const inside = chart.containPixel("grid", at);
      const point = inside ? chart.convertFromPixel({ gridIndex: 0 }, at)[across ? 1 : 0] : -1;
      said.textContent = point in data.names
        ? `${data.names[point]} · ${data.series.map((one) => `${one.name} ${(one.data[point] ?? "–").toLocaleString()}`).join(" · ")}`
        : "";
    });
    chart.getZr().on("globalout", () => { said.textContent = ""; });
  }

  function draw(box) {
    const table = document.getElementById(box.dataset.table);
    if (drawn.has(box) || !table || !table.tHead || !table.tBodies.length) return;
    const data = read(table);
    if (!data.names.length || !data.series.length) return;
    const kind = box.dataset.chart;
    const dark = Boolean(box.closest(".wall"));
    const ink = token(dark ? "--wall-ink" : "--muted");
    const line = token(dark ? "--wall-line" : "--line");
    const colours = palette(dark);
    box.classList.add("is-drawn");
    if (kind === "across") box.style.height = `${Math.max(8, data.names.length * 1.9 + 3)}rem`;
    box.setAttribute("role", "img");
    const named = table.caption ? table.caption.textContent.trim() : "";
    box.setAttribute("aria-label", box.dataset.label || named || data.series[0].name);
    const list = legend(box, data, colours, kind === "pie");
    if (list) box.before(list);
    const chart = window.echarts.init(box, null, { renderer: "canvas" });
    chart.setOption({
      animation: !calm && kind !== "spark", animationDuration: 300, color: colours,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      ...(kind === "pie" ? inPie(kind, data, ink) : inGrid(kind, data, ink, line)),
    });
    if (kind !== "pie" && kind !== "spark") readout(box, chart, data);
    new ResizeObserver(() => chart.resize()).observe(box);
    drawn.set(box, chart);
  }

  const drawAll = () => {
    drawn.forEach((chart, box) => {
      if (!box.isConnected) { chart.dispose(); drawn.delete(box); }
    });
    document.querySelectorAll("[data-chart]").forEach(draw);
  };
  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
})();
