package main

func take(c chan int) int { return <-c }

func main() { take(nil) }
