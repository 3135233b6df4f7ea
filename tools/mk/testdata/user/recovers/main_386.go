package main

func guard() { recover() }

func main() { defer guard() }
