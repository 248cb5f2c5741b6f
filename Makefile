# The front door. Each command installs what it lacks (tools/setup tells what and asks nothing).
.DEFAULT_GOAL := help
.PHONY: help demo test bench drawings campaign fuzz quality clean

JOBS ?= $(shell nproc)

help:
	@echo "make demo      build the application, run it on the twin, cut its power, show what it kept"
	@echo "               MEDIUM=eeprom|fram|mram|mcu_flash|spi_nor: kept there; PART=M24M01: in that part"
	@echo "make test      every test and check; ends in one line: N passed, N failed"
	@echo "make bench     figures beside their limits, also in build/bench.json"
	@echo "make drawings  the pictures of docs/blackout.md, from a trace of the twin"
	@echo "make campaign  the power-cut tests at length"
	@echo "make fuzz      coverage-guided fuzzing, a minute a target; FUZZ_SECONDS=3600 for an hour"
	@echo "make quality   branch coverage and mutants of nacre/core, also in build/quality.json"
	@echo "make clean     remove build/"

demo:
	@tools/demo.sh $(DEMO)

test:
	@tools/setup && python3 tools/run_tests.py -j $(JOBS)

bench:
	@tools/bench.sh

drawings:
	@tools/bench.sh --drawings

campaign:
	@tools/campaign.sh $(FACTOR)

fuzz:
	@tools/fuzz.sh

quality:
	@tools/setup && tools/quality.sh

clean:
	@rm -rf build
