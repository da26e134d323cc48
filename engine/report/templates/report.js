"use strict";
// The data of the page -> the records that fit the filters, one page of them at a time. No text from data is ever
// read as HTML: everything goes in as text nodes.
(() => {
  const PAGE = 50, PRINTED = 500, LONG = 400, GIST = 220;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const { texts, actions, passes, lines, groups, warnings } = data;
  const [inPass, ofAction, ofLabel, ofSource, ofTable, ofSystem, ofId, ofCode, ofReason, ofPlace, ofCause, inGroup, nFields, nNotes, ofHead] = data.records;
  const [fieldLine, fieldBefore, fieldAfter] = data.fields;
  const [noteGroup, noteText] = data.notes;
  const size = inPass.length;
  const firstField = starts(nFields), firstNote = starts(nNotes);
  const number = (value) => value.toLocaleString("en-GB");
  const records = (value) => number(value) + (value === 1 ? " record" : " records");
  const text = (at) => (at < 0 ? "" : texts[at]);

  function starts(counts) {
    const found = new Int32Array(counts.length + 1);
    for (let at = 0; at < counts.length; at++) found[at + 1] = found[at] + counts[at];
    return found;
  }

  // --- what is searched: per record one folded text, made in idle moments ---
  const fold = (value) => {
    const lower = value.toLowerCase();
    return /^[\x00-\x7f]*$/.test(lower) ? lower : lower.normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "");
  };
  const folded = new Array(texts.length), foldedLines = lines.map((line) => fold(line.join(" ")));
  const foldedPasses = passes.map((pass) => fold(pass.join(" "))), foldedActions = actions.map((one) => fold(one[1]));
  const part = (at) => (at < 0 ? "" : (folded[at] ??= fold(texts[at])));
  const hay = [];
  function gather(upTo) {
    for (let at = hay.length; at < upTo; at++) {
      const words = [part(ofLabel[at]), part(ofReason[at]), part(ofCode[at]), foldedActions[ofAction[at]], part(ofTable[at]), part(ofPlace[at]), part(ofCause[at])];
      if (ofSource[at] !== ofLabel[at]) words.push(part(ofSource[at]));
      if (inPass[at] >= 0) words.push(foldedPasses[inPass[at]]);
      for (let f = firstField[at]; f < firstField[at + 1]; f++) words.push(foldedLines[fieldLine[f]], part(fieldBefore[f]), part(fieldAfter[f]));
      for (let n = firstNote[at]; n < firstNote[at + 1]; n++) words.push(part(noteText[n]));
      hay.push(words.join("\n"));
    }
  }
  function gatherSlowly() {
    gather(Math.min(size, hay.length + 2500));
    if (hay.length < size) setTimeout(gatherSlowly, 0);
    else document.documentElement.dataset.ready = "yes";
  }

  // --- documents: a record, and after it all that a process makes for it; shown and counted as one ---
  const done = actions.findIndex((one) => one[0] === "done");
  const heads = [], ends = new Int32Array(size);
  for (let at = 0; at < size; at++) {
    const head = ofHead[at] < 0 ? at : ofHead[at];
    if (head === at) heads.push(at);
    ends[head] = at + 1;
  }
  const isDocument = (at) => ends[at] - at > 1;
  const some = (at, test) => { for (let one = at; one < ends[at]; one++) if (test(one)) return true; return false; };

  // --- which records fit ---
  const state = { words: [], kind: "", pass: -1, group: "", page: 0 };
  let fitting = [], counts = new Map();
  const hasWarning = (at) => nNotes[at] > 0;
  const hasGroup = (at, set, wanted) => {
    if (set === "r") return inGroup[at] === wanted;
    for (let n = firstNote[at]; n < firstNote[at + 1]; n++) if (noteGroup[n] === wanted) return true;
    return false;
  };
  function choose() {
    if (state.words.length) gather(size);
    const kind = actions.findIndex((one) => one[0] === state.kind), set = state.group[0], wanted = Number(state.group.slice(1));
    const numbers = new Int32Array(actions.length);
    let warned = 0, all = 0;
    fitting = [];
    const seen = new Set();
    scan: for (const at of heads) {
      if (state.pass >= 0 && inPass[at] !== state.pass) continue;
      if (set && !some(at, (one) => hasGroup(one, set, wanted))) continue;
      for (const word of state.words) if (!some(at, (one) => hay[one].includes(word) || (word.length > 7 && text(ofId[one]).startsWith(word)))) continue scan;
      all++;
      seen.clear();
      if (isDocument(at)) seen.add(done);
      for (let one = at; one < ends[at]; one++) seen.add(ofAction[one]);
      for (const one of seen) if (one >= 0) numbers[one]++;
      const warns = some(at, hasWarning);
      if (warns) warned++;
      if (state.kind === "" || (state.kind === "warning" ? warns : seen.has(kind))) fitting.push(at);
    }
    counts = new Map([["", all], ["warning", warned], ...actions.map((one, at) => [one[0], numbers[at]])]);
  }

  // --- how it is shown ---
  function make(tag, css, ...children) {
    const element = document.createElement(tag);
    if (css) element.className = css;
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }
  const ODD = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]|^ +| +$/gu;
  function sign(odd) {
    if (odd[0] === " ") return "␣".repeat(odd.length);
    return odd === "\n" ? "⏎" : odd === "\t" ? "⇥" : "⟨U+" + odd.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "⟩";
  }
  const plain = (value) => value.replace(ODD, sign);
  function signs(value) {
    const found = document.createDocumentFragment();
    let from = 0;
    for (const odd of value.matchAll(ODD)) {
      found.append(value.slice(from, odd.index));
      from = odd.index + odd[0].length;
      if (odd[0] === "\r" && value[from] === "\n") continue;
      found.append(make("span", "sign", sign(odd[0])), odd[0] === "\n" ? "\n" : "");
    }
    found.append(value.slice(from));
    return found;
  }
  const exact = (value) => make("bdi", "", signs(value));
  const brief = (value, most) => exact(value.length > most ? value.slice(0, most).trimEnd() + " …" : value);
  function whole(value) {
    if (value.length <= LONG) return exact(value);
    const shown = make("span", "", exact(value.slice(0, LONG)), " … ");
    const all = make("button", "link", "Show all " + number(value.length) + " characters");
    all.type = "button";
    all.addEventListener("click", () => shown.replaceChildren(exact(value)));
    shown.append(all);
    return shown;
  }
  function cell(at, other) {
    if (at < 0) return make("td", "value", make("span", "blank", "nothing"));
    const value = texts[at];
    if (value === "") return make("td", "value", make("span", "blank", "blank"));
    const same = other < 0 ? null : difference(value, texts[other]);
    if (!same) return make("td", "value", whole(value));
    const [head, tail] = same, end = value.length - tail;
    return make("td", "value", make("bdi", "", value.slice(0, head), head < end ? make("mark", "", value.slice(head, end)) : "", value.slice(end)));
  }
  // Longer plain texts that are mostly alike: how many characters agree at both ends, else nothing.
  function difference(one, other) {
    const most = Math.min(one.length, other.length);
    if (most < 12 || one.length > LONG || other.length > LONG || /[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f]|^ | $/.test(one + other)) return null;
    let head = 0, tail = 0;
    while (head < most && one[head] === other[head]) head++;
    while (tail < most - head && one[one.length - 1 - tail] === other[other.length - 1 - tail]) tail++;
    return head + tail >= most / 4 ? [head, tail] : null;
  }
  const passName = (at) => (inPass[at] < 0 ? "" : passes[inPass[at]].join(" "));
  function holds(at) {
    const found = new Map();
    for (let one = at + 1; one < ends[at]; one++) {
      const what = text(ofTable[one]) + " " + actions[ofAction[one]][1].toLowerCase();
      found.set(what, (found.get(what) ?? 0) + 1);
    }
    return [...found].map(([what, n]) => number(n) + " " + what).join(", ");
  }
  function gist(at) {
    if (isDocument(at)) return exact(holds(at));
    if (text(ofReason[at])) return brief(text(ofReason[at]), GIST);
    const from = firstField[at], n = nFields[at];
    if (n === 0) return "No field differs";
    const names = [];
    for (let f = from; f < from + Math.min(n, 6); f++) names.push(lines[fieldLine[f]][0]);
    if (n === 1) {
      const say = (value) => (value < 0 ? "nothing" : texts[value] === "" ? "blank" : texts[value]);
      const isNew = actions[ofAction[at]][0] === "create" && !text(fieldBefore[from]);
      return make("span", "", exact(names[0]), ": ", ...(isNew ? [] : [brief(say(fieldBefore[from]), 60), " → "]), brief(say(fieldAfter[from]), 60));
    }
    return make("span", "", n + " fields: ", ...names.flatMap((name, at) => (at ? [", ", exact(name)] : [exact(name)])), n > 6 ? ", …" : "");
  }
  function fact(term, value) {
    return value ? make("div", "", make("dt", "", term), make("dd", "", exact(value))) : null;
  }
  function notesOf(at, box) {
    for (let n = firstNote[at]; n < firstNote[at + 1]; n++) {
      const from = noteGroup[n] < 0 ? null : warnings[noteGroup[n]];
      const kind = from ? from[0] : "warning";
      box.append(make("p", "value", make("span", "badge " + kind, kind[0].toUpperCase() + kind.slice(1)), " ", whole(text(noteText[n])), ...(from && from[2] ? [" (", exact(from[2]), ") "] : []), from && from[3] ? make("span", "place", exact(from[3])) : ""));
    }
  }
  function detail(at) {
    const box = make("div", "detail"), action = actions[ofAction[at]][0], system = text(ofSystem[at]), table = text(ofTable[at]);
    box.append(make("dl", "facts", fact("Table", table && system ? table + " in " + system : table), text(ofSource[at]) !== text(ofLabel[at]) ? fact("From", text(ofSource[at])) : null, fact("Brought along by", text(ofCause[at])), fact("Code", text(ofCode[at])), fact("Rule line", text(ofPlace[at])), fact("Id", text(ofId[at]))));
    if (text(ofReason[at]).length > GIST) box.append(make("p", "value", whole(text(ofReason[at]))));
    notesOf(at, box);
    if (!isDocument(at)) {
      if (nFields[at]) box.append(fieldTable(at));
      return box;
    }
    for (let one = at + 1; one < ends[at]; one++) box.append(member(one, ""));
    if (action !== "done") box.append(member(at, action === "change" ? "Written back" : ""));
    return box;
  }
  function member(at, words) {
    const [action, word] = actions[ofAction[at]];
    const head = make("h3", "member", make("span", "badge " + action.replace(/[^a-z]/g, ""), words || word), " ", exact(text(ofTable[at])), " ", make("strong", "", exact(text(ofLabel[at]))));
    const box = make("div", "member", head);
    if (ofHead[at] >= 0) notesOf(at, box);
    if (nFields[at]) box.append(fieldTable(at));
    return box;
  }
  function fieldTable(at) {
    const action = actions[ofAction[at]][0];
    const from = firstField[at], to = firstField[at + 1];
    const empty = (one) => one < 0 || texts[one] === "";
    const isNew = action === "create" && fieldBefore.slice(from, to).every(empty);
    const isGone = action === "delete" && fieldAfter.slice(from, to).every(empty);
    const heads = ["Field", ...(action === "conflict" ? ["There now", "From the other side"] : isNew || isGone ? ["Value"] : ["Before", "After"]), "Rule line"];
    const columns = make("colgroup", "", ...heads.map((_, at) => make("col", at === 0 ? "f" : at < heads.length - 1 ? "v" : "")));
    const body = make("tbody", "");
    for (let f = from; f < to; f++) {
      const [caption, name, rule, place] = lines[fieldLine[f]];
      const head = make("th", "words", exact(caption), name && name !== caption ? make("span", "under", exact(name)) : "");
      head.scope = "row";
      const before = cell(fieldBefore[f], fieldAfter[f]), after = cell(fieldAfter[f], fieldBefore[f]);
      const values = heads.length === 4 ? [before, after] : [isNew ? after : before];
      const cells = [...values, make("td", "words", exact(rule), make("span", "under place", exact(place)))];
      cells.forEach((one, at) => { one.dataset.label = heads[at + 1]; });
      body.append(make("tr", "", head, ...cells));
    }
    const row = make("tr", "");
    for (const one of heads) { const head = make("th", "", one); head.scope = "col"; row.append(head); }
    return make("table", "", columns, make("thead", "", row), body);
  }
  function item(at) {
    const [action, word] = isDocument(at) && done >= 0 ? actions[done] : actions[ofAction[at]];
    const warns = some(at, hasWarning);
    const row = make("button", "row", make("span", "badge " + action.replace(/[^a-z]/g, ""), word), make("span", "name", brief(text(ofLabel[at]) || text(ofId[at]) || "no name", 160)), make("span", "pass", exact(passName(at))), make("span", "gist", warns ? make("span", "badge warning", "Warning") : "", warns ? " " : "", gist(at)));
    row.type = "button";
    row.setAttribute("aria-expanded", "false");
    row.setAttribute("aria-controls", "r" + at);
    const box = make("div", "detail");
    box.id = "r" + at;
    box.hidden = true;
    row.addEventListener("click", () => unfold(row, row.getAttribute("aria-expanded") !== "true"));
    return make("li", "", row, box);
  }
  function unfold(row, open) {
    row.setAttribute("aria-expanded", String(open));
    const box = row.nextSibling;
    if (open && !box.firstChild) box.append(...detail(Number(box.id.slice(1))).childNodes);
    box.hidden = !open;
  }
  function show(from, to) {
    byId("rows").replaceChildren(...fitting.slice(from, to).map(item));
  }
  function render() {
    const from = state.page * PAGE, to = Math.min(from + PAGE, fitting.length), pages = Math.max(1, Math.ceil(fitting.length / PAGE));
    show(from, to);
    byId("empty").hidden = fitting.length > 0;
    byId("state").textContent = fitting.length === heads.length ? records(heads.length) : records(fitting.length) + " of " + number(heads.length);
    byId("page").textContent = fitting.length ? number(from + 1) + " to " + number(to) + " of " + number(fitting.length) + " · page " + number(state.page + 1) + " of " + number(pages) : "";
    byId("back").disabled = state.page === 0;
    byId("next").disabled = state.page + 1 >= pages;
    byId("open").textContent = "Open all on this page";
    for (const chip of byId("kinds").children) {
      if (chip.tagName !== "BUTTON") continue;
      chip.setAttribute("aria-pressed", String(chip.dataset.kind === state.kind));
      chip.lastChild.textContent = " " + number(counts.get(chip.dataset.kind) ?? 0);
    }
  }
  function apply(change) {
    Object.assign(state, { page: 0 }, change);
    choose();
    render();
  }
  function option(value, label) {
    const one = make("option", "", plain(label.length > 90 ? label.slice(0, 88) + " …" : label));
    one.value = value;
    return one;
  }

  // --- the controls ---
  byId("mapping").append(option("-1", heads.length < size ? "All mappings and processes" : "All mappings"), ...passes.map((pass, at) => option(String(at), pass.join(" "))));
  const named = (set) => (group, at) => option(set + at, (group[2] ? group[2] + " " : "") + group[4] + " (" + number(group[5]) + ")");
  byId("reason").append(option("", "Any reason"), ...groups.map(named("r")), ...warnings.map(named("w")).filter((_, at) => noteGroup.includes(at)));
  const present = new Set(ofAction);
  if (heads.length < size) present.add(done);
  for (const [kind, word] of [["", "All"], ...actions.filter((_, at) => present.has(at)), ...(nNotes.some((n) => n > 0) ? [["warning", "With a warning"]] : [])]) {
    const chip = make("button", "chip", word, make("span", "", ""));
    chip.type = "button";
    chip.dataset.kind = kind;
    chip.addEventListener("click", () => apply({ kind: state.kind === kind ? "" : kind }));
    byId("kinds").append(chip);
  }
  byId("search").addEventListener("input", (event) => apply({ words: fold(event.target.value).split(/\s+/).filter(Boolean) }));
  byId("mapping").addEventListener("change", (event) => apply({ pass: Number(event.target.value) }));
  byId("reason").addEventListener("change", (event) => apply({ group: event.target.value }));
  byId("tools").addEventListener("submit", (event) => event.preventDefault());
  function preset(change) {
    byId("search").value = "";
    byId("mapping").value = String(change.pass ?? -1);
    byId("reason").value = change.group ?? "";
    apply({ words: [], kind: "", pass: -1, group: "", ...change });
  }
  function visit(change) {
    preset(change);
    byId("records").scrollIntoView();
    byId("records").focus({ preventScroll: true });
  }
  byId("clear").addEventListener("click", () => { preset({}); byId("search").focus(); });
  const turn = (by) => {
    state.page += by;
    render();
    byId("records").scrollIntoView();
    const first = byId("rows").querySelector(".row");
    if (first) first.focus({ preventScroll: true });
  };
  byId("back").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  byId("open").addEventListener("click", () => {
    const rows = [...byId("rows").querySelectorAll(".row")], open = rows.some((row) => row.getAttribute("aria-expanded") !== "true");
    for (const row of rows) unfold(row, open);
    byId("open").textContent = open ? "Close all on this page" : "Open all on this page";
  });
  for (const tile of document.querySelectorAll("[data-kind].tile")) {
    tile.addEventListener("click", () => preset({ kind: tile.dataset.kind }));
  }
  const urgent = groups.flatMap((group, at) => (group[0] === "fail" || group[0] === "conflict" ? [at] : []));
  const others = groups.flatMap((group, at) => (group[0] === "fail" || group[0] === "conflict" ? [] : [at]));
  for (const button of document.querySelectorAll("[data-group]")) {
    const at = Number(button.dataset.group), set = button.dataset.set;
    button.addEventListener("click", () => visit({ group: set === "warning" ? "w" + at : "r" + (set === "reason" ? urgent : others)[at] }));
  }
  for (const button of document.querySelectorAll("[data-pass]")) {
    button.addEventListener("click", () => visit({ pass: Number(button.dataset.pass) }));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing) {
      event.preventDefault();
      byId("search").focus();
      byId("search").select();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const rows = [...byId("rows").querySelectorAll(".row")], here = rows.indexOf(document.activeElement);
      const start = event.target.id === "search" && event.key === "ArrowDown" ? 0 : here < 0 ? -1 : here + (event.key === "ArrowDown" ? 1 : -1);
      if (start >= 0 && rows[start]) { event.preventDefault(); rows[start].focus(); }
    }
  });

  // --- paper: the records that fit, opened, up to a sensible number ---
  window.addEventListener("beforeprint", () => {
    for (const more of document.querySelectorAll("details")) more.open = true;
    show(0, PRINTED);
    for (const row of byId("rows").querySelectorAll(".row")) unfold(row, true);
    if (fitting.length > PRINTED) byId("rows").append(make("li", "empty", "… and " + records(fitting.length - PRINTED) + " more; filter first to print those."));
  });
  window.addEventListener("afterprint", render);

  document.documentElement.classList.add("script");
  byId("app").hidden = false;
  apply({});
  setTimeout(gatherSlowly, 0);
})();
