//! One request and its answer.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use ureq::http::{HeaderValue, Method, Request, Response, StatusCode};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Proxy};

use super::address::{is_loopback, is_private};
use super::failure::Failure;
use super::said::Said;
use super::{Error, Settings, Token};

/// Slower than this is stalled.
const BYTES_PER_SECOND: f64 = 10_000.0;
/// Longest answer that is kept in memory: the list of the largest tag is some 100 MB.
const LONGEST_LIST: u64 = 1 << 30;
/// Longest answer that explains an error.
const LONGEST_REFUSAL: u64 = 1 << 20;

/// What is asked for.
pub(super) struct Ask<'a> {
    /// The verb.
    pub(super) method: Method,
    /// The address.
    pub(super) url: &'a str,
    /// Content type and body.
    pub(super) body: Option<(&'a str, &'a [u8])>,
    /// For writing.
    pub(super) token: Option<&'a Token>,
}

impl<'a> Ask<'a> {
    /// Reading `url`.
    pub(super) const fn get(url: &'a str) -> Self {
        Self {
            method: Method::GET,
            url,
            body: None,
            token: None,
        }
    }
}

/// Connections, kept for the next request.
#[derive(Clone)]
pub(super) struct Http {
    agent: Agent,
    stalled: Duration,
    /// Not to be shown, should an answer repeat it.
    token: Option<Token>,
}

impl Http {
    /// Connections with these time-outs.
    ///
    /// # Errors
    /// When proxy or certificates cannot be used.
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        let proxy = match &settings.proxy {
            None => None,
            Some(text) => Some(Proxy::new(text).map_err(|_| Error::Address {
                // It may contain a password.
                address: "the proxy".into(),
                reason: "it must look like http://host:port".into(),
            })?),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(10)
            .user_agent(concat!("b2caf/", env!("CARGO_PKG_VERSION")))
            .proxy(proxy)
            .timeout_resolve(Some(settings.connection_timeout))
            .timeout_connect(Some(settings.connection_timeout))
            .timeout_per_read(Some(settings.stalled_timeout))
            .timeout_per_write(Some(settings.stalled_timeout))
            .tls_config(tls(settings)?)
            .build();
        Ok(Self {
            agent: config.into(),
            stalled: settings.stalled_timeout,
            token: settings.token.clone(),
        })
    }

    /// Asks once; the whole answer.
    pub(super) fn once(&self, ask: &Ask) -> Result<Vec<u8>, Failure> {
        let mut kept = Vec::new();
        let response = self.answer(ask)?;
        let limit = LONGEST_LIST;
        copy(response, self.stalled, limit, |bytes| {
            kept.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok(kept)
    }

    /// Asks once; the answer goes into `sink`, whose name is for messages.
    pub(super) fn once_into(
        &self,
        ask: &Ask,
        name: &std::path::Path,
        sink: &mut dyn Write,
    ) -> Result<(), Failure> {
        let response = self.answer(ask)?;
        copy(response, self.stalled, u64::MAX, |bytes| {
            let written = sink.write_all(bytes);
            written.map_err(|error| Failure::Sink(PathBuf::from(name), error))
        })
    }

    /// Asks once; the answer if its status is good.
    fn answer(&self, ask: &Ask) -> Result<Response<Body>, Failure> {
        let used = ask.token.map(Token::header);
        let mut response = self.sent(ask, used.as_deref())?;
        if response.status() == StatusCode::UNAUTHORIZED {
            // It may have been renewed since it was read.
            let now = ask.token.map(Token::header);
            if now != used {
                response = self.sent(ask, now.as_deref())?;
            }
        }
        let status = response.status().as_u16();
        tracing::debug!(method = %ask.method, url = ask.url, status);
        if status < 300 {
            return Ok(response);
        }
        let mut body = Vec::new();
        // What can be read of an explanation is better than none.
        let _ = response
            .body_mut()
            .as_reader()
            .take(LONGEST_REFUSAL)
            .read_to_end(&mut body);
        let said = match &self.token {
            None => Said::parse(&body),
            Some(token) => {
                let hidden = token.hidden_in(&String::from_utf8_lossy(&body));
                Said::parse(hidden.as_bytes()).map(|text| token.hidden_in(text))
            }
        };
        Err(Failure::Status(status, said))
    }

    fn sent(&self, ask: &Ask, token: Option<&str>) -> Result<Response<Body>, Failure> {
        Ok(match ask.body {
            None => self.agent.run(self.dressed(ask, token, ())?)?,
            Some((_, body)) => self.agent.run(self.dressed(ask, token, body)?)?,
        })
    }

    /// The request with its headers. A token stays with the host it is meant for: what carries one
    /// is not redirected, and does not go unencrypted over a network.
    fn dressed<B: ureq::AsSendBody>(
        &self,
        ask: &Ask,
        token: Option<&str>,
        body: B,
    ) -> Result<Request<B>, Failure> {
        let mut request = Request::builder()
            .method(&ask.method)
            .uri(ask.url)
            .header("Accept", "application/json")
            .header("Cache-Control", "no-cache");
        if let Some((content, _)) = ask.body {
            request = request.header("Content-Type", content);
        }
        if let Some(token) = token {
            if !is_private(ask.url) {
                return Err(Failure::Unusable("a token must not go unencrypted".into()));
            }
            let value = HeaderValue::from_str(token);
            let mut value =
                value.map_err(|_| Failure::Unusable("the token fits no header".into()))?;
            value.set_sensitive(true);
            request = request.header("X-Authorization", value);
        }
        let request = request.body(body);
        let request = request.map_err(|error| Failure::Unusable(error.to_string()))?;
        let mut config = self.agent.configure_request(request);
        if ask.method != Method::GET && ask.method != Method::HEAD {
            config = config.max_redirects(0).max_redirects_will_error(false);
        }
        if is_loopback(ask.url) {
            config = config.proxy(None);
        }
        Ok(config.build())
    }
}

/// Hands the body on in pieces; too slow, too long, and too short are failures.
fn copy(
    response: Response<Body>,
    stalled: Duration,
    limit: u64,
    mut sink: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut body = response.into_body();
    let expected = body.content_length();
    let mut reader = body.as_reader();
    let mut piece = vec![0; 1 << 16];
    let (mut total, mut since, mut recent) = (0_u64, Instant::now(), 0_u64);
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            break;
        }
        total += count as u64;
        recent += count as u64;
        if total > limit {
            return Err(Failure::Unusable(format!(
                "the answer is longer than {limit} bytes"
            )));
        }
        sink(&piece[..count])?;
        let passed = since.elapsed();
        if passed > stalled {
            if (recent as f64) < BYTES_PER_SECOND * passed.as_secs_f64() {
                return Err(Failure::NoAnswer("slower than 10 kB/s".into()));
            }
            (since, recent) = (Instant::now(), 0);
        }
    }
    match expected {
        Some(expected) if expected != total => Err(Failure::NoAnswer(format!(
            "the connection ended after {total} of {expected} bytes"
        ))),
        _ => Ok(()),
    }
}

fn tls(settings: &Settings) -> Result<TlsConfig, Error> {
    let builder = TlsConfig::builder();
    let Some(path) = &settings.authorities else {
        return Ok(builder.build());
    };
    let text = fs::read(path).map_err(Error::io("read", path))?;
    let mut trusted = Vec::new();
    for item in parse_pem(&text) {
        match item {
            Ok(PemItem::Certificate(certificate)) => trusted.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(Error::io("read", path)(error.into_io())),
        }
    }
    if trusted.is_empty() {
        let error = std::io::Error::other("it holds no certificate in PEM form");
        return Err(Error::io("read", path)(error));
    }
    Ok(builder
        .root_certs(RootCerts::new_with_certs(&trusted))
        .build())
}
