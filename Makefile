# The front door. Each command installs what it lacks (tools/setup tells what and asks nothing).
.DEFAULT_GOAL := help
.PHONY: help demo test bench campaign clean

JOBS ?= $(shell nproc)

help:
	@echo "make demo      build the application, run it on the twin, cut its power, show what it kept"
	@echo "make test      every test and check; ends in one line: N passed, N failed"
	@echo "make bench     figures beside their limits, also in build/bench.json"
	@echo "make campaign  the power-cut tests at length"
	@echo "make clean     remove build/"

demo:
	@tools/demo.sh $(DEMO)

test:
	@tools/setup && python3 tools/run_tests.py -j $(JOBS)

bench:
	@tools/bench.sh

campaign:
	@tools/campaign.sh $(FACTOR)

clean:
	@rm -rf build
