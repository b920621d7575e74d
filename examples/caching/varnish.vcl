vcl 4.1;

backend application {
    .host = "127.0.0.1";
    .port = "8080";
}

sub vcl_recv {
    if (req.restarts == 0) {
        # Only this cache says what a page depends on.
        unset req.http.Consent-Key;
        unset req.http.Consent-Page;
    }
    if (req.url ~ "^/privacy-choices([/?]|$)" && req.url !~ "^/privacy-choices/assets/") {
        return (pass);
    }
    # Asks the application what the page depends on, with all headers of the visitor: Cookie, Sec-GPC, Accept-Language, and
    # what the application tells the region by. Files depend on nobody's choice; one that does comes private all the same.
    if (req.restarts == 0
        && (req.method == "GET" || req.method == "HEAD")
        && !req.http.Authorization && !req.http.Content-Length && !req.http.Transfer-Encoding
        && req.url !~ "^/privacy-choices/"
        && req.url !~ "(?i)\.(avif|css|gif|ico|jpe?g|js|mjs|png|svg|wasm|webp|woff2?)(\?|$)") {
        set req.http.Consent-Page = req.url;
        set req.url = "/privacy-choices/key";
        return (pass);
    }
    # A request with a body is not one for a stored page.
    if (req.http.Content-Length || req.http.Transfer-Encoding) {
        return (pass);
    }
}

sub vcl_req_cookie {
    # Cookies go to the application, and stand in no page's way: it is found by its key. The built-in code would pass.
    return;
}

# The hash is the built-in one. `Vary: Consent-Key` tells pages by choice apart, so that a page for all lies there once.

sub vcl_backend_fetch {
    if (bereq.url == "/privacy-choices/key") {
        set bereq.connect_timeout = 2s;
        set bereq.first_byte_timeout = 2s;
    }
}

sub vcl_backend_response {
    if (bereq.uncacheable) {
        return (deliver);
    }
    # What does not say for how long it holds is not stored: the built-in code leaves out what came with cookies, and here
    # that is everything.
    if (beresp.http.Set-Cookie
        || beresp.http.Vary ~ "\*"
        || beresp.http.Cache-Control ~ "(?i)(private|no-cache|no-store)"
        || (beresp.http.Cache-Control !~ "(?i)max-?age" && !beresp.http.Expires)) {
        # Remembered for all visitors of its key. By the cookies in its `Vary` it would be one by one, and they would wait for
        # each other.
        if (beresp.http.Vary) {
            set beresp.http.Consent-Vary = beresp.http.Vary;
        }
        set beresp.http.Vary = "Consent-Key";
        set beresp.ttl = 2m;
        set beresp.grace = 0s;
        set beresp.uncacheable = true;
        return (deliver);
    }
}

sub vcl_deliver {
    if (req.http.Consent-Page) {
        # Without an answer, a page that depends on its visitor comes private.
        if (resp.status == 204 && resp.http.Consent-Key) {
            set req.http.Consent-Key = resp.http.Consent-Key;
        }
        set req.url = req.http.Consent-Page;
        unset req.http.Consent-Page;
        return (restart);
    }
    if (resp.http.Consent-Vary) {
        set resp.http.Vary = resp.http.Consent-Vary;
        unset resp.http.Consent-Vary;
    }
    # Further out, a page that was found by its key is one visitor's: a browser does not know the key.
    if (resp.http.Consent-Key) {
        unset resp.http.Consent-Key;
        set resp.http.Cache-Control = "private, no-cache";
    }
}
