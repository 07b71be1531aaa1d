# Ringkeeper. `make help` lists what can be done; only deploy/setup.sh knows how the environment is made.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
# more workers than cores: most tests wait for a line to ring
WORKERS ?= 6
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	--group build pyproject.toml

.PHONY: help setup sound demo test check bench bench-decoder bench-peers lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## 建立运行环境 .venv · the environment the program runs in
	@deploy/setup.sh runtime

sound: ## 用声卡监听线路所需的软件 · what a line heard by a sound card needs, too: numpy, arecord
	@deploy/setup.sh sound

demo: ## 用虚拟电话交换机试用 · the whole appliance on the virtual telephone exchange
	@deploy/setup.sh runtime
	@exec $(BIN)/ringkeeper run --config config/demo.toml

test: ## 全部测试 · every test, and with them the house rules
	@deploy/setup.sh dev
	@$(PYTEST)

check: ## 格式、类型、分层、测试 · format, types, layers, tests: before each commit
	@deploy/setup.sh dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(PYTEST)

bench: ## 性能数据 · the figures, with the machine they were taken on
	@deploy/setup.sh dev
	@$(BIN)/python -m tests.bench

bench-peers: ## 与 callattendant 对比 · the same beside callattendant, on the same emulated modem
	@deploy/setup.sh dev
	@$(BIN)/python -m tests.bench.peers

bench-decoder: ## 与 minimodem 等解码器对比 · how well sound is understood, beside minimodem, multimon-ng and spandsp
	@deploy/setup.sh dev
	@$(BIN)/python -m tests.bench.decoders $(DECODERS)

lock: ## 更新锁定文件 · resolve the dependencies anew, with hashes
	@deploy/setup.sh dev
	@$(BIN)/python -m pip install -q uv
	$(LOCK) --extra tables --extra documents --output-file requirements.lock
	$(LOCK) --extra tables --extra documents --extra sound --constraint requirements.lock --output-file requirements-sound.lock
	$(LOCK) --extra tables --extra documents --extra sound --group dev --constraint requirements-sound.lock --output-file requirements-dev.lock

clean: ## 删除环境与缓存 · remove what can be made again
	rm -rf .venv .demo .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage* build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
