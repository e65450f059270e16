#!/usr/bin/env node
// The command line. See src/cli.
import { main } from "./cli/main.ts";

void main(process.argv.slice(2));
