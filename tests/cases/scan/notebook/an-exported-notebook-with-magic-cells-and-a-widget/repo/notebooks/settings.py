# Databricks notebook source
schema = "health"
