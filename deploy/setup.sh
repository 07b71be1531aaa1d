#!/bin/sh
# Makes .venv from the lock file, without root where root is not to be had.  deploy/setup.sh [runtime|sound|dev]
#
#   runtime   what `ringkeeper` needs                                (make setup, make demo)
#   sound     that, and what a line heard by a sound card needs: numpy, arecord   (make sound)
#   dev       all, the tools that check it, and a browser for the tests      (make test, make check)
#
# A second run compares one stamp and ends. PYTHON=… chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
want=${1:-runtime}
case $want in
    runtime) lock=requirements.lock ;;
    sound) lock=requirements-sound.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "deploy/setup.sh [runtime|sound|dev]" >&2; exit 2 ;;
esac

say() { printf '%s\n' "== $*"; }
fail() { printf '%s\n' "$@" >&2; exit 1; }

# --- may we install system packages, and how -------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

apt_install() { # quiet unless it fails; an index may be absent (container) or old (the file is gone by now)
    log=$(mktemp)
    for attempt in now after-update; do
        if [ $attempt = after-update ]; then as_root apt-get update -q >>"$log" 2>&1 || true; fi
        if as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >>"$log" 2>&1; then
            rm -f "$log"
            return 0
        fi
    done
    tail -n 15 "$log" >&2
    rm -f "$log"
    return 1
}

# --- the interpreter -------------------------------------------------------------------------------------------------

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

python=$(find_python) || fail \
    "需要 Python 3.11 或更新版本（Debian 12 及以后自带）。 / Python 3.11 or newer is needed (Debian 12 and later have it)." \
    "    sudo apt-get install python3"

stamp_of() { # what must be the same for nothing to be done
    { cat "$1" pyproject.toml deploy/setup.sh; "$python" -VV; echo "$root"; } | sha256sum | cut -d' ' -f1
}

up_to_date() { # the dev environment contains the one for sound, and that the runtime one
    [ -x .venv/bin/ringkeeper ] || return 1
    for kind in dev sound runtime; do
        lockfile=requirements.lock
        if [ $kind != runtime ]; then lockfile=requirements-$kind.lock; fi
        if [ "$(cat ".venv/stamp-$kind" 2>/dev/null)" = "$(stamp_of $lockfile)" ]; then return 0; fi
        if [ $kind = "$want" ]; then return 1; fi
    done
    return 1
}

# --- .venv with pip in it --------------------------------------------------------------------------------------------

venv_works() { # made here (its scripts hold absolute paths), for this Python, with pip
    grep -qsF "$root/.venv/bin/" .venv/bin/pip && [ "$(.venv/bin/python -V 2>&1)" = "$("$python" -V)" ]
}

pip_from_debian() { # no ensurepip and no root: Debian's own pip wheel, fetched and unpacked like any user may
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    (
        cd "$work"
        apt-get -q download python3-pip-whl >log 2>&1 && exit 0
        own="-o Dir::State::lists=$work/lists -o Dir::Cache=$work/cache" # this machine has no package lists
        # shellcheck disable=SC2086
        apt-get -q $own update >>log 2>&1 && apt-get -q $own download python3-pip-whl >>log 2>&1 && exit 0
        tail -n 5 log >&2
        exit 1
    ) || return 1
    # no `set -e` in here: this function is called in a condition
    dpkg-deb -x "$work"/python3-pip-whl_*.deb "$work/deb" || return 1
    "$python" -m venv --without-pip .venv || return 1
    wheel=$(ls "$work"/deb/usr/share/python-wheels/pip-*.whl)
    .venv/bin/python "$wheel/pip" install -q --no-index --no-deps "$wheel" || return 1 # pip runs from its own wheel
    rm -rf "$work"
    trap - EXIT
}

make_venv() {
    say "建立环境 .venv / making .venv ($("$python" -V))"
    rm -rf .venv
    if ! "$python" -c 'import ensurepip' 2>/dev/null && may_install; then
        say "安装系统软件包 python3-venv / installing the system package python3-venv"
        apt_install python3-venv || true
    fi
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv .venv
    else
        pip_from_debian || fail "" \
            "缺少 python3-venv，请执行下面的命令后重试： / python3-venv is missing. Type this, then try again:" \
            "    sudo apt-get install python3-venv"
    fi
}

install_locked() {
    say "安装 $lock（校验散列值） / installing $lock (hashes checked)"
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r "$lock"
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --editable .
}

fresh=no
if ! up_to_date; then
    fresh=yes
    rm -f ".venv/stamp-$want"
    venv_works || make_venv
    install_locked
    stamp_of "$lock" >".venv/stamp-$want"
    say "完成：.venv/bin/ringkeeper --help / done: .venv/bin/ringkeeper --help"
fi

# --- what records from a sound card ----------------------------------------------------------------------------------

if [ "$want" != runtime ] && ! command -v arecord >/dev/null; then
    if may_install; then
        say "安装系统软件包 alsa-utils / installing the system package alsa-utils"
        apt_install alsa-utils || true
    fi
    if ! command -v arecord >/dev/null; then
        say "缺少 alsa-utils，声卡无法使用。安装命令： / alsa-utils is missing, no sound card can be heard. Type this:"
        printf '%s\n' "    sudo apt-get install alsa-utils"
        if [ "${CI:-}" = true ]; then fail "CI=true：不允许跳过任何测试。 / CI=true: nothing may be skipped."; fi
    fi
fi

# --- the Chinese font of PDF files: TrueType, with rare characters of names ------------------------------------------

has_pdf_font() { # firmware_app/papers/writing.py looks at the same places
    [ -f /usr/share/fonts/truetype/wqy/wqy-zenhei.ttc ]
}

if { [ $fresh = yes ] || [ "$want" = dev ]; } && ! has_pdf_font; then
    if may_install; then
        say "安装系统软件包 fonts-wqy-zenhei / installing the system package fonts-wqy-zenhei"
        apt_install fonts-wqy-zenhei || true
    fi
    if ! has_pdf_font; then
        say "缺少 fonts-wqy-zenhei，不能导出 PDF（可用 xlsx、csv 和打印）。安装命令： / no PDF can be made without it. Type this:"
        printf '%s\n' "    sudo apt-get install fonts-wqy-zenhei"
        if [ "$want" = dev ] && [ "${CI:-}" = true ]; then fail "CI=true：不允许跳过任何测试。 / CI=true: nothing may be skipped."; fi
    fi
fi

# --- a browser and a Chinese font for the tests of the pages ---------------------------------------------------------

missing_packages() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || echo chromium
    if ! command -v fc-list >/dev/null || [ -z "$(fc-list :lang=zh 2>/dev/null)" ]; then echo fontconfig fonts-wqy-microhei; fi
    # what drives the browser is a Node of Playwright's own, linked against a library that a minimal Debian lacks
    for node in .venv/lib/python3*/site-packages/playwright/driver/node; do
        "$node" --version >/dev/null 2>&1 || echo libatomic1
    done
}

if [ "$want" = dev ]; then
    missing=$(missing_packages | tr '\n' ' ')
    if [ -n "$missing" ]; then
        if may_install; then
            say "安装系统软件包 / installing system packages: $missing"
            # shellcheck disable=SC2086
            apt_install $missing || true
            missing=$(missing_packages | tr '\n' ' ')
        fi
        if [ -n "$missing" ]; then
            say "缺少 ${missing}：网页测试（标记 browser）将跳过。安装命令： / missing: the tests marked 'browser' are skipped. To run them:"
            printf '%s\n' "    sudo apt-get install $missing"
            if [ "${CI:-}" = true ]; then fail "CI=true：不允许跳过任何测试。 / CI=true: nothing may be skipped."; fi
        fi
    fi
fi
