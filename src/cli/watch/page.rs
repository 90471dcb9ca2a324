//! The page that is shown while one watches: the report, which renews itself.

/// Renews the page when a round has ended, and says it when one ended badly. It talks to the place
/// it came from and to no other.
const LISTENS: &str = r#"<script>
(() => {
  const source = new EventSource("/events");
  source.addEventListener("report", () => {
    sessionStorage.setItem("scroll", window.scrollY);
    location.reload();
  });
  source.addEventListener("trouble", (event) => {
    let box = document.getElementById("watch-trouble");
    if (!box) {
      box = document.createElement("pre");
      box.id = "watch-trouble";
      box.setAttribute("style", "position:fixed;left:0;right:0;bottom:0;margin:0;padding:1em;max-height:40vh;overflow:auto;background:#7a1f1f;color:#fff;font:13px monospace;white-space:pre-wrap;z-index:9");
      document.body.appendChild(box);
    }
    box.textContent = JSON.parse(event.data);
  });
  const scroll = sessionStorage.getItem("scroll");
  if (scroll) window.scrollTo(0, Number(scroll));
})();
</script>
"#;

/// Shown before the first results.
const WAITING: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>b2caf watch</title></head>\
<body style=\"font:16px sans-serif;margin:3em\"><p>The first results are on their way.</p></body></html>";

/// The report with what renews it; a page to wait on where there is none yet.
pub(super) fn live(report: Option<String>) -> String {
    let mut page = report.unwrap_or_else(|| WAITING.to_owned());
    let end = page.rfind("</body>").unwrap_or(page.len());
    page.insert_str(end, LISTENS);
    page
}

#[cfg(test)]
mod tests {
    use super::live;

    #[test]
    fn the_script_comes_last_in_the_body() {
        let page = live(Some("<html><body><p>x</p></body></html>".into()));
        let (before, after) = page.split_once("<script>").unwrap();
        assert!(before.ends_with("<p>x</p>"));
        assert!(after.trim_end().ends_with("</body></html>"));
        assert!(live(None).contains("on their way"));
        // A report without an end is shown all the same.
        assert!(live(Some("cut".into())).starts_with("cut<script>"));
    }
}
