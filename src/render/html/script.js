"use strict";
(function () {
  var form = document.getElementById("filter");
  var words = document.getElementById("words");
  var least = document.getElementById("least");
  var shown = document.getElementById("shown");
  var order = ["info", "low", "medium", "high", "critical"];
  var workflows = Array.from(document.querySelectorAll("article.workflow")).map(function (article) {
    var findings = Array.from(article.querySelectorAll(".finding"));
    return {
      article: article,
      row: document.querySelector('tr[data-of="' + article.id + '"]'),
      name: article.querySelector("h3").textContent.toLowerCase(),
      findings: findings.map(function (one) {
        return { element: one, rank: order.indexOf(one.dataset.severity), text: one.textContent.toLowerCase() };
      })
    };
  });
  function apply() {
    var wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    var rank = order.indexOf(least.value);
    var found = 0;
    workflows.forEach(function (workflow) {
      var any = false;
      workflow.findings.forEach(function (finding) {
        var said = workflow.name + " " + finding.text;
        var visible = finding.rank >= rank && wanted.every(function (word) { return said.includes(word); });
        finding.element.hidden = !visible;
        any = any || visible;
        found += visible ? 1 : 0;
      });
      var all = rank === 0 && wanted.every(function (word) { return workflow.name.includes(word); });
      workflow.article.hidden = !any && !all;
      if (workflow.row) { workflow.row.hidden = workflow.article.hidden; }
    });
    shown.textContent = found + " findings shown";
  }
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  words.addEventListener("input", apply);
  least.addEventListener("change", apply);
  function reveal() {
    var target = location.hash && document.getElementById(location.hash.slice(1));
    if (target) {
      for (var up = target; up; up = up.parentElement) { if (up.tagName === "DETAILS") { up.open = true; } }
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", reveal);
  reveal();
}());
